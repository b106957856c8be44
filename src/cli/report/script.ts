/** The one script of a page: buttons that copy a command. Without it nothing is missing but they. */
export const SCRIPT = `
const live = document.getElementById('live');
for (const code of navigator.clipboard ? document.querySelectorAll('.commands code') : []) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Copy';
  button.setAttribute('aria-label', 'Copy ' + code.textContent);
  button.addEventListener('click', async () => {
    const isCopied = await navigator.clipboard.writeText(code.textContent).then(() => true, () => false);
    live.textContent = button.textContent = isCopied ? 'Copied' : 'Not allowed';
    setTimeout(() => { button.textContent = 'Copy'; live.textContent = ''; }, 2000);
  });
  code.after(button);
}
`;
