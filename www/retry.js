// What has to arrive is asked for again and again, with longer and longer pauses.

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

/// Resolves to what `attempt` resolves to; each time it rejects, calls `failed` and tries again after a while.
export async function untilItArrives(what, attempt, failed = () => {}) {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await attempt();
    } catch (error) {
      console.warn(`${what} did not arrive; once more in ${pause / 1000} s.`, error);
      failed();
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
