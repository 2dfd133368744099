/**
 * The words selected in the line go along to “Never again”: the rule is made of them, not of the whole line.
 */

const WORDS_MOST = 200;

/**
 * @param {Element} line
 * @returns {string} What is selected in it, on one line and no longer than a rule's words should be; "" for nothing.
 */
function selectedIn(line) {
  const selection = document.getSelection();
  const isInside = selection?.anchorNode && line.contains(selection.anchorNode) && line.contains(selection.focusNode);
  return isInside ? String(selection).trim().slice(0, WORDS_MOST).trim() : '';
}

const line = document.querySelector('[data-line]');
const links = document.querySelectorAll('a[href*="/never_again/"]');
for (const link of links) {
  if (!(link instanceof HTMLAnchorElement) || !line) continue;
  const plain = link.href;
  const carry = () => {
    const address = new URL(plain);
    const words = selectedIn(line);
    if (words) address.searchParams.set('words', words);
    link.href = address.href;
  };
  document.addEventListener('selectionchange', carry);
}
