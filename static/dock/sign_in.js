/**
 * Signing in from the admin: the page carries no token there, the admin's own session gets it an access pass.
 */

/**
 * @param {string} url Address of the admin that gives passes.
 * @param {string} csrf Django's token against forged posts.
 * @returns {() => Promise<Response>} Asks for a pass; 401 when nobody is signed in any more.
 */
export function adminSignIn(url, csrf) {
  return async () => {
    const answer = await window.fetch(url, {
      method: 'POST',
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'manual',
      headers: { 'X-CSRFToken': csrf, Accept: 'application/json' },
    });
    return answer.type === 'opaqueredirect' ? new Response('{}', { status: 401 }) : answer;
  };
}
