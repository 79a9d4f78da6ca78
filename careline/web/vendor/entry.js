// What the browser side uses of Preact, htm and signals; README.md tells how preact.js is made of it.
import { Fragment, h, render } from 'preact';
import htm from 'htm';

export { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
export { batch, computed, effect, signal } from '@preact/signals';
export const html = htm.bind(h);
export { Fragment, h, render };
