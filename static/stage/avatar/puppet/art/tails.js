/**
 * Tails, seen beside the shoulder.
 */

import { downward, shape, stroke, within } from '../pen.js';
import { darker, fade, hairLine, lighter, mix } from '../palette.js';

/** @typedef {import('../frame.js').Layer} Layer */

const BRUSH = 'M580 1110 C700 1150 850 1110 904 1004 C950 916 952 824 944 760 C938 704 930 660 936 596 C896 622 872 650 858 684'
  + ' C854 664 846 650 830 634 C818 680 800 712 776 748 C744 796 716 830 700 872 C676 936 664 1000 580 1040 Z';
const BRUSH_TIP = 'M936 596 C896 622 872 650 858 684 C854 664 846 650 830 634 C818 680 800 712 776 748 Q766 764 754 782 Q790 776 806 812'
  + ' Q834 772 862 804 Q886 756 918 790 Q930 770 952 786 C944 740 930 660 936 596 Z';

/** @type {Layer[]} */
export const foxTail = [
  {
    slot: 'behind', box: [560, 570, 430, 580], pivot: [620, 1090], by: 'tail',
    paint(pen, palette) {
      const { hair } = palette;
      shape(pen, BRUSH, downward(pen, [700, 1100], [lighter(hair, 0.1), hair, darker(hair, 0.3)]),
        hairLine(palette), 13);
      within(pen, BRUSH, () => {
        shape(pen, BRUSH_TIP, mix(lighter(hair, 0.75), palette.tips, 0.3));
        stroke(pen, 'M906 900 Q866 1030 730 1080', fade(hairLine(palette), 0.25), 8);
        stroke(pen, 'M824 880 Q806 980 720 1040', fade(hairLine(palette), 0.25), 8);
      });
    },
  },
];

const WHIP = 'M590 1080 C730 1100 830 1040 822 920 C816 836 756 820 764 744 C768 704 790 680 814 664';
const SPADE = 'M838 556 C872 600 912 632 904 676 C882 664 850 668 834 704 C818 676 792 668 762 682 C764 634 806 606 838 556 Z';

/** @type {Layer[]} */
export const impTail = [
  {
    slot: 'behind', box: [560, 530, 380, 610], pivot: [640, 1090], by: 'tail', gain: 1.2,
    paint(pen, palette) {
      const colour = mix(darker(palette.accent, 0.55), '#2a1d33', 0.35);
      const line = darker(colour, 0.7);
      stroke(pen, WHIP, line, 46);
      stroke(pen, WHIP, colour, 25);
      stroke(pen, WHIP, fade(lighter(colour, 0.5), 0.3), 6);
      shape(pen, SPADE, downward(pen, [556, 704], [lighter(palette.accent, 0.15), palette.accent,
        darker(palette.accent, 0.3)]),
        line, 13);
      stroke(pen, 'M832 596 Q806 626 790 652', fade('#ffffff', 0.4), 7);
    },
  },
];
