// The first day: whoever holds the printed link makes the workspace and becomes its administrator.

import { html, render } from '../vendor/preact.js';
import '../lib/commands.staff.js';
import { speak, t } from '../parts/speech.js';
import { browserApi } from '../parts/world.js';
import { EntryForm, PASSWORD_LEAST } from './signin.js';

const secret = new URLSearchParams(location.hash.slice(1)).get('secret') ?? '';
history.replaceState(null, '', location.pathname);
const api = browserApi({ token: () => null });

await speak(navigator.languages, ['chat', 'inbox']);
document.title = t('setup.title');

/** @param {Record<string,string>} values */
async function submit(values) {
  await api.call('setup.complete', { secret, ...values, cookie: true });
  location.replace('/inbox');
}

const fields = [
  { name: 'workspace_name', label: t('setup.workspace'), complete: 'organization' },
  { name: 'name', label: t('setup.name'), complete: 'name' },
  { name: 'email', label: t('email'), type: 'email', complete: 'username' },
  { name: 'password', label: t('password'), type: 'password', complete: 'new-password', least: PASSWORD_LEAST },
];
const page = secret
  ? html`<${EntryForm} title=${t('setup.title')} why=${t('setup.why')} button=${t('setup.go')} fields=${fields} submit=${submit} />`
  : html`<main class="entry"><form><p class="brand">Careline</p><h1>${t('setup.title')}</h1><p class="entry-why">${t('setup.nolink')}</p><a class="button" href="/inbox">${t('signin')}</a></form></main>`;
render(page, /** @type {HTMLElement} */ (document.getElementById('app')));
