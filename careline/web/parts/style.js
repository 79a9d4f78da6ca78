// A sheet of style that is needed from now on.

/** @param {string} href @returns {Promise<void>} when it is there, or cannot be */
export const style = (href) => new Promise((done) => {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.onload = link.onerror = () => done();
  link.href = href;
  document.head.append(link);
});
