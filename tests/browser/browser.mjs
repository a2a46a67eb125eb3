// Which browser is driven, and how it is started: Chromium (CHROME), or Firefox (FIREFOX) as the machine has it, by WebDriver BiDi.
// `cargo xtask browser` and `cargo xtask browser --firefox` say which.
export const browserName = process.env.FIREFOX ? "firefox" : "chromium";

// Without a sandbox (CI runs as root) and without any traffic of its own.
const chromium = {
  executablePath: process.env.CHROME,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

/// What makes Firefox show the page so: WebDriver BiDi cannot emulate it, as Playwright does in Chromium.
export function firefoxPreferences({ colorScheme, reducedMotion, hasTouch }) {
  return {
    ...(colorScheme === "dark" && { "layout.css.prefers-color-scheme.content-override": 0 }),
    ...(reducedMotion === "reduce" && { "ui.prefersReducedMotion": 1 }),
    // A coarse pointer that cannot hover.
    ...(hasTouch && { "ui.primaryPointerCapabilities": 1, "ui.allPointerCapabilities": 1 }),
  };
}

const firefox = { executablePath: process.env.FIREFOX, channel: "moz-firefox" };

export const launchOptions = browserName === "firefox" ? firefox : chromium;

/// The page's address, from `cargo xtask`.
export function pageAddress() {
  const address = process.env.PAGE;
  if (!address) throw new Error("PAGE is not set: run this by `cargo xtask browser`, `bench --page` or `screenshot`");
  return address;
}
