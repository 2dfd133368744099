/**
 * Tells the shared palette (tokens.css) which theme the admin is in: the admin marks a dark page with a class.
 * A plain script in the head, so that it runs before the first picture.
 */
{
  const root = document.documentElement;
  const follow = () => {
    const theme = root.classList.contains('dark') ? 'dark' : 'light';
    if (root.dataset.theme !== theme) root.dataset.theme = theme;
  };
  new MutationObserver(follow).observe(root, { attributes: true, attributeFilter: ['class'] });
  follow();
}
