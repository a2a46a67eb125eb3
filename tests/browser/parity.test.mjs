// A scenario that is run natively and its link that is opened in the page say the same, to the byte.
import { compiled, native } from "./native.mjs";
import { expect, open, test } from "./page.mjs";

const SCENARIOS = ["p01-notes-fluentd", "p05-taint-noexecute", "u01-rolling-update", "u08-bad-image-and-undo"];
const file = (scenario) => `tests/recordings/${scenario}/scenario.yaml`;

/// What stands in the terminal, written as `playground run` writes it.
const transcript = (page) =>
  page.locator("[data-testid=terminal-output] .entry").evaluateAll((entries) => {
    const ends = { stopped: "# exit 130\n" };
    return entries.map((entry) => {
      const line = entry.querySelector(".entry-line");
      const output = [...entry.querySelectorAll("pre")].map((chunk) => {
        const mark = chunk.classList.contains("err") ? "! " : "";
        return chunk.textContent.replace(/\n$/, "").split("\n").map((one) => `${mark}${one}\n`).join("");
      });
      const end = line.dataset.exit;
      return `${line.textContent}\n${output.join("")}${end ? (ends[end] ?? `# ${end}\n`) : ""}\n`;
    }).join("");
  });

test.describe("natively and in the browser", () => {
  // The first call may have to compile.
  test.beforeAll(() => {
    test.setTimeout(600_000);
    compiled();
  });

  for (const scenario of SCENARIOS) {
    test(scenario, async ({ page }) => {
      const expected = native("run", file(scenario));
      expect(expected).toContain("$ kubectl");
      await open(page, native("link", file(scenario)).trim());
      expect(await transcript(page)).toBe(expected);
    });
  }
});
