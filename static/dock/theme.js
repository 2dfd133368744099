/**
 * Which theme the dock is in: what the address asks for, what the admin around it is in, dark inside OBS, else the
 * system's.
 */

/** Choose, and follow the admin when it changes. */
export function chooseTheme() {
  const root = document.documentElement;
  const asked = new URLSearchParams(window.location.search).get('theme');
  const isFramed = window.parent !== window && document.body.dataset.signIn !== undefined;
  const around = isFramed ? window.parent.document.documentElement : null;
  if (asked === 'dark' || asked === 'light') root.dataset.theme = asked;
  else if (around) {
    const follow = () => {
      root.dataset.theme = around.classList.contains('dark') ? 'dark' : 'light';
    };
    new MutationObserver(follow).observe(around, { attributes: true, attributeFilter: ['class'] });
    follow();
  } else if (window.obsstudio !== undefined) root.dataset.theme = 'dark';
}
