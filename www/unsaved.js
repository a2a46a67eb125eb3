// Says once that the browser does not keep what a person does, and why.

const { playgroundStore: store } = globalThis;

export function watchStorage(notice) {
  store.onFailed = (problem) => {
    store.onFailed = () => {};
    notice(isFull(problem) ? "full" : isBlocked() ? "blocked" : "unsaved");
  };
  if (store.problem) store.onFailed(store.problem);
}

const isFull = ({ name }) => ["QuotaExceededError", "NS_ERROR_DOM_QUOTA_REACHED"].includes(name);

function isBlocked() {
  try {
    return !localStorage;
  } catch {
    return true;
  }
}
