// The native command line, as `cargo run` starts it.
import { execFileSync } from "node:child_process";

const ROOT = new URL("../..", import.meta.url).pathname;

/// What `playground COMMAND FILE` prints; the file is named from the project's root.
export const native = (command, file) =>
  execFileSync("cargo", ["run", "--quiet", "--", command, file], { cwd: ROOT, encoding: "utf8" });

/// Compiles it, so that no test has to wait for that.
export const compiled = () => execFileSync("cargo", ["build", "--quiet"], { cwd: ROOT, stdio: "inherit" });
