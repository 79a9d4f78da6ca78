// The signs of a conversation under way: its files, and what is done with messages.

import { paths } from './icons.js';

Object.assign(paths, {
  clip: 'm16 9.5-6 6a3.9 3.9 0 0 1-5.5-5.5l6.3-6.2a2.6 2.6 0 0 1 3.7 3.7L8.2 13.7a1.3 1.3 0 0 1-1.9-1.9l5.6-5.5',
  file: 'M5.5 2.5h6l3.5 3.5v11.5h-9.5zM11.5 2.5V6H15',
  picture: 'M3 4h14v12H3zM3 13.5l4-4 4 4 2.5-2.5 3.5 3.5M13 7.7v.1',
  get: 'M10 3.5V12m-4-3.5 4 4 4-4M4 16h12',
  copy: 'M7.5 7.5h9v9h-9zM12.5 7.5v-4h-9v9h4',
  reply: 'M8 5 3.5 9.5 8 14M4 9.5h7c3 0 5 1.8 5.5 5.5',
  edit: 'm12.5 4.5 3 3-8.5 8.5-3.8.8.8-3.8z',
  trash: 'M4 6h12M8 6V3.5h4V6M5.5 6l.8 10.5h7.4L14.5 6',
  more: 'M5 10v.01M10 10v.01M15 10v.01',
  smile: 'M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0M7 12c1.5 2 4.5 2 6 0M7.5 7.8v.1M12.5 7.8v.1',
  pin: 'M7 3.5h6M8 3.5v5L5.5 12h9L12 8.5v-5M10 12v5',
  forward: 'm12 5 4.5 4.5L12 14M16 9.5H9c-3 0-5 1.8-5.5 5.5',
  flag: 'M5 17V3.5h10l-2 3.5 2 3.5H5',
});
