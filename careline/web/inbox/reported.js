// How many messages wait to be looked at, as far as an administrator is told.

import { useEffect } from '../vendor/preact.js';
import { waiting } from '../lib/flags.js';

const MOST = 100;

/** Counted when one comes, and whenever something was flagged or decided since. @param {import('./desk.js').Desk} desk @returns {number} */
export function useReported(desk) {
  const { flagged } = desk.state.value;
  const live = desk.phase.value === 'live' || desk.phase.value === 'polling';
  useEffect(() => {
    if (live && desk.me?.role === 'admin') desk.call('flag.list', { limit: MOST }).then((page) => { desk.flags.value = waiting(page.items); }, () => {});
  }, [flagged, live]);
  return desk.flags.value;
}
