// What only one page of a browser may have at a time.

/** Holds the lock for as long as the page lives; false when another living page has it. Where the browser knows no locks everybody has it. */
export function holdForThisPage(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    if (!navigator.locks) {
      resolve(true);
      return;
    }
    void navigator.locks.request(`codex-${name}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise<never>(() => undefined);
    });
  });
}
