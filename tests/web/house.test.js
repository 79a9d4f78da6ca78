import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';

const web = new URL('../../careline/web/', import.meta.url);
const read = (/** @type {string} */ name) => readFileSync(new URL(name, web), 'utf8');
const all = readdirSync(web, { recursive: true }).map(String);
const ours = all.filter((name) => /\.(js|css|html)$/.test(name) && !name.startsWith('vendor'));
const scripts = ours.filter((name) => name.endsWith('.js'));

test('the vendored file is the one its page speaks of', () => {
  const hash = createHash('sha256').update(readFileSync(new URL('vendor/preact.js', web))).digest('hex');
  assert.ok(read('vendor/README.md').includes(hash), hash);
});

test('nothing is asked of anybody else', () => {
  for (const name of ours) {
    for (const [url] of read(name).matchAll(/https?:\/\/[^\s'"`<>)]+/g)) {
      assert.match(url, /^https?:\/\/(www\.w3\.org\/2000\/svg|chat\.example|\/|\[|$)/, `${name}: ${url}`);
    }
  }
});

test('text is only ever set as text', () => {
  for (const name of scripts) {
    assert.ok(!/innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySet|\beval\(|new Function|DOMParser|srcdoc/.test(read(name)), name);
  }
});

test('pages carry no script and no style of their own (CSP)', () => {
  for (const name of ours.filter((file) => file.endsWith('.html'))) {
    const page = read(name);
    assert.ok(!/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/i.test(page), name);
  }
});

test('lib/ knows no document', () => {
  for (const name of scripts.filter((file) => file.startsWith('lib'))) {
    assert.ok(!/\b(document|window|localStorage|navigator|location)\b\s*[.[]/.test(read(name).replace(/^\s*(\/\*\*|\*|\/\/).*$/gm, '')), name);
  }
});

test('every module begins by saying what truth it keeps, and stays short', () => {
  for (const name of scripts) {
    const source = read(name);
    assert.match(source, /^\/\/ .+[.;:]?\n/, name);
    assert.ok(source.split('\n').length <= 301, name);
  }
});

/** Everything a page loads before anybody does anything: its own imports, not those made later. @param {string} entry @param {Set<string>} [seen] */
function loaded(entry, seen = new Set()) {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  if (!entry.endsWith('.js')) return seen;
  for (const [, path] of read(entry).matchAll(/^(?:import|export)\b[^;]*?'(\.[^']+)'/gm)) loaded(new URL(path ?? '', new URL(entry, web)).href.slice(web.href.length), seen);
  return seen;
}

for (const [page, entry] of [['inbox/index.html', 'inbox/inbox.js'], ['widget/index.html', 'widget/widget.js'], ['widget/chat.html', 'widget/widget.js']]) {
  test(`${page} asks at once for every module it will need, and for no other`, () => {
    const asked = [...read(page ?? '').matchAll(/modulepreload" href="\/web\/([^"]+)"/g)].map(([, name]) => name).sort();
    const needed = [...loaded(entry ?? '')].filter((name) => name !== entry).sort();
    assert.deepEqual(asked, needed);
  });
}

describe('weight', () => {
  const packed = (/** @type {string} */ name) => gzipSync(readFileSync(new URL(name, web))).length;

  test('the loader is at most 3 KB', () => assert.ok(packed('widget/loader.js') <= 3 * 1024, String(packed('widget/loader.js'))));

  test('the widget in all is at most 35 KB before the first message', () => {
    const names = [...loaded('widget/widget.js'), 'widget/loader.js', 'widget/index.html', 'css/tokens.css', 'css/parts.css', 'css/widget.css', 'words/en.chat.js', 'words/en.widget.js'];
    const sum = names.reduce((total, name) => total + packed(name), 0);
    assert.ok(sum <= 35 * 1024, `${sum} bytes in ${names.length} files`);
  });
});
