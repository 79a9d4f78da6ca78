// The shop's own script: its big button opens the chat.

document.getElementById('ask')?.addEventListener('click', () => {
  const { Careline } = /** @type {any} */ (window);
  Careline?.open();
});
