// How the machine's own browser is started: without a sandbox (CI runs as root) and without any traffic of its own.
export const launchOptions = {
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

/// The page's address, from `cargo xtask`.
export function pageAddress() {
  const address = process.env.PAGE;
  if (!address) throw new Error("PAGE is not set: run this by `cargo xtask browser`, `bench --page` or `screenshot`");
  return address;
}
