/**
 * The puppet's still parts, each painted once into its own bitmap and afterwards only moved.
 *
 * The character is ours: a round-cheeked fennec-eared host with a bob, a star pin and a big-collared hoodie.
 * Coordinates are puppet units: 1000 wide, 1160 high, y from -60 (above the ears) to 1100 (where the body leaves the
 * picture).
 */

import { darker, fade, lighter, mix } from './palette.js';

export const WIDTH = 1000;
export const TOP = -60;
export const HEIGHT = 1160;

/**
 * @typedef {import('./palette.js').Palette} Palette
 *
 * @typedef {object} Layer
 * @property {[x: number, y: number, width: number, height: number]} box
 * @property {(pen: CanvasRenderingContext2D, palette: Palette) => void} paint
 */

/** @type {(palette: Palette) => string} */
const lineOf = (palette) => darker(palette.hair, 0.72);

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {[top: number, bottom: number]} span
 * @param {string[]} colours Evenly spread.
 * @returns {CanvasGradient}
 */
function downward(pen, [top, bottom], colours) {
  const gradient = pen.createLinearGradient(0, top, 0, bottom);
  colours.forEach((colour, index) => gradient.addColorStop(index / (colours.length - 1), colour));
  return gradient;
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {string} path
 * @param {string | CanvasGradient} fill
 * @param {string} [line]
 * @param {number} [width]
 */
function shape(pen, path, fill, line, width = 7) {
  const outline = new Path2D(path);
  pen.lineJoin = 'round';
  pen.lineCap = 'round';
  if (line) {
    pen.strokeStyle = line;
    pen.lineWidth = width;
    pen.stroke(outline);
  }
  pen.fillStyle = fill;
  pen.fill(outline);
}

/**
 * Paint only inside a shape.
 *
 * @param {CanvasRenderingContext2D} pen
 * @param {string} path
 * @param {() => void} paint
 */
function within(pen, path, paint) {
  pen.save();
  pen.clip(new Path2D(path));
  paint();
  pen.restore();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {string} path
 * @param {string} colour
 * @param {number} width
 */
function stroke(pen, path, colour, width) {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  pen.stroke(new Path2D(path));
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {[x: number, y: number, radius: number]} at
 * @param {string} colour
 * @param {[x: number, y: number]} [scale]
 */
function glow(pen, [x, y, radius], colour, [scaleX, scaleY] = [1, 1]) {
  pen.save();
  pen.translate(x, y);
  pen.scale(scaleX, scaleY);
  const gradient = pen.createRadialGradient(0, 0, 0, 0, 0, radius);
  gradient.addColorStop(0, colour);
  gradient.addColorStop(1, colour.replace(/[\d.]+\)$/, '0)'));
  pen.fillStyle = gradient;
  pen.fillRect(-radius, -radius, 2 * radius, 2 * radius);
  pen.restore();
}

const HAIR_BACK = 'M244 400 C206 520 176 650 204 792 Q240 782 258 742 Q268 806 314 836 Q330 800 336 760 Q366 826 420 838'
  + ' L580 838 Q634 826 664 760 Q670 800 686 836 Q732 806 742 742 Q760 782 796 792 C824 650 794 520 756 400'
  + ' C740 240 640 170 500 170 C360 170 260 240 244 400 Z';

/** @type {Layer} */
const hairBack = {
  box: [160, 150, 680, 720],
  paint(pen, palette) {
    const base = darker(palette.hair, 0.3);
    shape(pen, HAIR_BACK, downward(pen, [180, 840], [base, base, mix(base, palette.tips, 0.75)]), lineOf(palette), 12);
    within(pen, HAIR_BACK, () => {
      const crease = fade(lineOf(palette), 0.28);
      for (const path of ['M262 500 Q234 640 258 742', 'M330 560 Q316 680 336 760', 'M738 500 Q766 640 742 742',
        'M670 560 Q684 680 664 760']) stroke(pen, path, crease, 7);
      glow(pen, [500, 640, 250], fade(darker(palette.hair, 0.75), 0.5), [1, 0.9]);
    });
  },
};

const EAR = 'M262 338 C206 262 176 132 214 18 C224 -10 258 -8 284 16 C350 76 410 150 436 226 L340 320 Z';
const EAR_INSIDE = 'M282 292 C238 226 214 136 236 52 C242 36 258 42 274 58 C322 108 364 168 386 224 Z';

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Palette} palette
 */
function paintEar(pen, palette) {
  const tip = mix(palette.hair, palette.tips, 0.85);
  shape(pen, EAR, downward(pen, [0, 320], [tip, palette.hair, palette.hair]), lineOf(palette), 12);
  const inside = [lighter(palette.ears, 0.35), palette.ears, darker(palette.ears, 0.2)];
  shape(pen, EAR_INSIDE, downward(pen, [40, 300], inside));
  within(pen, EAR_INSIDE, () => glow(pen, [372, 240, 120], fade(darker(palette.ears, 0.6), 0.5)));
  const tuft = lighter(palette.hair, 0.55);
  shape(pen, 'M296 332 C262 296 254 250 258 206 C272 232 282 240 292 250 C290 222 298 196 310 172 C314 204 324 222 334 236'
    + ' C340 214 350 200 364 190 C364 222 378 240 392 252 L360 330 Z', tuft);
}

/** @type {Layer} */
const earLeft = { box: [180, -30, 280, 390], paint: paintEar };

/** @type {Layer} */
const earRight = {
  box: [540, -30, 280, 390],
  paint(pen, palette) {
    pen.translate(WIDTH, 0);
    pen.scale(-1, 1);
    paintEar(pen, palette);
  },
};

const HOOD = 'M300 852 C276 760 372 690 500 690 C628 690 724 760 700 852 Z';
const NECK = 'M438 630 L440 756 Q500 818 560 756 L562 630 Z';
const TORSO = 'M500 786 C430 786 400 800 336 822 C236 858 186 940 160 1110 L150 1210 L850 1210 L840 1110 C814 940 764 858 664 822'
  + ' C600 800 570 786 500 786 Z';
const COLLAR_LEFT = 'M500 872 C474 856 446 800 440 748 C404 756 350 786 326 838 C334 884 420 922 486 930 Q500 904 500 872 Z';
const COLLAR_RIGHT = 'M500 872 C526 856 554 800 560 748 C596 756 650 786 674 838 C666 884 580 922 514 930 Q500 904 500 872 Z';

/** @type {Layer} */
const body = {
  box: [130, 620, 740, 590],
  paint(pen, palette) {
    const cloth = palette.outfit;
    const line = darker(cloth, 0.6);
    pen.translate(500, 0);
    pen.scale(0.92, 1);
    pen.translate(-500, 0);
    shape(pen, HOOD, darker(cloth, 0.35), line, 12);
    shape(pen, TORSO, downward(pen, [786, 1150], [lighter(cloth, 0.1), cloth, darker(cloth, 0.22)]), line, 12);
    paintTorsoShade(pen, palette);
    shape(pen, NECK, palette.skin, darker(palette.skin, 0.55), 6);
    within(pen, NECK, () => glow(pen, [500, 664, 92], fade(darker(palette.skin, 0.55), 0.75), [1.1, 1]));
    paintCollar(pen, palette);
    paintFront(pen, palette);
  },
};

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Palette} palette
 */
function paintTorsoShade(pen, palette) {
  const dark = fade(darker(palette.outfit, 0.7), 0.5);
  within(pen, TORSO, () => {
    glow(pen, [500, 850, 260], fade(darker(palette.outfit, 0.8), 0.55), [1.15, 0.5]);
    glow(pen, [300, 880, 190], fade(lighter(palette.outfit, 0.35), 0.28), [0.9, 0.7]);
    for (const path of ['M262 1110 Q292 1010 274 940', 'M738 1110 Q708 1010 726 940', 'M322 1110 Q340 1060 336 1020',
      'M678 1110 Q660 1060 664 1020']) stroke(pen, path, dark, 8);
    const sash = fade(palette.accent, 0.95);
    stroke(pen, 'M176 1050 Q236 1010 296 1040', sash, 20);
    stroke(pen, 'M824 1050 Q764 1010 704 1040', sash, 20);
  });
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Palette} palette
 */
function paintCollar(pen, palette) {
  const line = darker(palette.outfit, 0.6);
  const light = lighter(palette.outfit, 0.2);
  for (const path of [COLLAR_LEFT, COLLAR_RIGHT]) {
    shape(pen, path, downward(pen, [748, 930], [light, palette.outfit]), line, 10);
    within(pen, path, () => stroke(pen, path, palette.trim, 20));
    stroke(pen, path, line, 4);
  }
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Palette} palette
 */
function paintFront(pen, palette) {
  const line = darker(palette.outfit, 0.6);
  stroke(pen, 'M500 930 L500 1210', line, 9);
  stroke(pen, 'M500 940 L500 1210', fade(palette.trim, 0.75), 3);
  stroke(pen, 'M440 916 Q430 980 438 1030', line, 13);
  stroke(pen, 'M440 916 Q430 980 438 1030', palette.trim, 7);
  stroke(pen, 'M560 916 Q570 970 562 1010', line, 13);
  stroke(pen, 'M560 916 Q570 970 562 1010', palette.trim, 7);
  stroke(pen, 'M438 1022 L439 1046', line, 22);
  stroke(pen, 'M562 1002 L561 1026', line, 22);
  stroke(pen, 'M438 1022 L439 1046', palette.accent, 14);
  stroke(pen, 'M562 1002 L561 1026', palette.accent, 14);
}

const FACE = 'M302 430 C296 512 318 574 380 620 C426 654 468 674 500 674 C532 674 574 654 620 620 C682 574 704 512 698 430'
  + ' C694 300 612 236 500 236 C388 236 306 300 302 430 Z';

/** @type {Layer} */
const head = {
  box: [270, 220, 460, 480],
  paint(pen, palette) {
    const { skin } = palette;
    shape(pen, FACE, downward(pen, [240, 674], [skin, skin, mix(skin, '#ff9c8a', 0.14)]), darker(skin, 0.62), 9);
    within(pen, FACE, () => {
      const shade = fade(mix(darker(skin, 0.35), '#b05a8c', 0.4), 0.42);
      shape(pen, 'M290 220 L710 220 L712 480 Q716 430 682 384 Q672 418 644 440 Q642 398 606 360 Q592 408 548 444'
        + ' Q556 400 536 352 Q508 408 452 440 Q462 402 450 362 Q420 414 360 438 Q374 406 358 378 Q330 430 292 500 Z', shade);
      glow(pen, [318, 560, 90], fade(mix(skin, '#c9648c', 0.6), 0.3), [0.6, 1]);
      glow(pen, [682, 560, 90], fade(mix(skin, '#c9648c', 0.6), 0.3), [0.6, 1]);
      glow(pen, [500, 600, 120], fade(lighter(skin, 0.7), 0.5), [1, 0.6]);
    });
    stroke(pen, 'M496 546 Q504 554 510 545', fade(mix(darker(skin, 0.4), '#c05060', 0.4), 0.75), 6);
  },
};

const LOCK = 'M262 372 C224 480 200 620 232 778 C262 748 280 710 288 660 Q308 704 302 736 C328 684 326 612 314 540'
  + ' C306 480 312 430 334 384 Z';

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Palette} palette
 */
function paintLock(pen, palette) {
  const { hair, tips } = palette;
  shape(pen, LOCK, downward(pen, [372, 772], [hair, hair, mix(hair, tips, 0.55), tips]), lineOf(palette), 9);
  within(pen, LOCK, () => {
    stroke(pen, 'M288 400 Q250 560 258 700', fade(lineOf(palette), 0.22), 7);
    stroke(pen, 'M258 470 Q230 600 240 700', fade(lighter(hair, 0.85), 0.5), 10);
  });
}

/** @type {Layer} */
const lockLeft = { box: [190, 350, 170, 446], paint: paintLock };

/** @type {Layer} */
const lockRight = {
  box: [640, 350, 170, 446],
  paint(pen, palette) {
    pen.translate(WIDTH, 0);
    pen.scale(-1, 1);
    paintLock(pen, palette);
  },
};

const BANGS = 'M250 462 C228 276 338 140 502 140 C664 140 772 276 750 462 Q738 480 722 494 Q718 418 680 366'
  + ' Q674 400 646 424 Q642 380 606 340 Q592 392 548 428 Q558 384 536 334 Q508 392 452 424 Q464 388 450 344'
  + ' Q420 398 358 422 Q372 390 358 358 Q322 414 280 494 Q262 480 250 462 Z';

/** @type {Layer} */
const bangs = {
  box: [220, 120, 560, 400],
  paint(pen, palette) {
    const { hair } = palette;
    const tint = mix(hair, palette.tips, 0.32);
    shape(pen, BANGS, downward(pen, [140, 480], [lighter(hair, 0.16), hair, tint]), lineOf(palette), 10);
    within(pen, BANGS, () => {
      const crease = fade(lineOf(palette), 0.26);
      for (const path of ['M520 146 Q420 220 362 374', 'M526 146 Q470 240 452 360', 'M534 146 Q548 240 537 348',
        'M542 146 Q606 220 608 356', 'M548 146 Q660 220 680 380', 'M512 144 Q330 210 286 420']) stroke(pen, path, crease, 6);
      const shine = fade('#ffffff', 0.5);
      shape(pen, 'M290 318 Q316 226 408 206 Q350 252 344 306 Q326 292 318 316 Q306 300 290 318 Z', shine);
      shape(pen, 'M424 202 Q462 192 506 196 Q468 236 462 286 Q446 262 436 288 Q418 266 404 294 Q396 238 424 202 Z', shine);
      shape(pen, 'M560 200 Q640 214 682 270 Q664 262 660 284 Q638 256 630 276 Q610 222 560 200 Z', shine);
    });
    paintPin(pen, palette);
  },
};

/**
 * The star pin.
 *
 * @param {CanvasRenderingContext2D} pen
 * @param {Palette} palette
 */
function paintPin(pen, palette) {
  pen.save();
  pen.translate(668, 332);
  pen.rotate(0.22);
  const star = starPath(42, 0.52);
  shape(pen, star, palette.trim, lineOf(palette), 10);
  shape(pen, starPath(27, 0.52), palette.accent);
  pen.restore();
}

/**
 * @param {number} radius
 * @param {number} inner Share of the radius at the notches.
 * @returns {string} A five-pointed star around 0, 0.
 */
export function starPath(radius, inner) {
  const points = [];
  for (let corner = 0; corner < 10; corner += 1) {
    const far = corner % 2 ? radius * inner : radius;
    const angle = (corner * Math.PI) / 5 - Math.PI / 2;
    points.push(`${(far * Math.cos(angle)).toFixed(1)} ${(far * Math.sin(angle)).toFixed(1)}`);
  }
  return `M${points.join('L')}Z`;
}

/** @type {Layer} */
const ahoge = {
  box: [430, 20, 190, 160],
  paint(pen, palette) {
    const path = 'M488 158 C474 96 500 46 566 38 C588 36 604 48 606 62 C586 52 552 60 538 90 C526 116 526 138 530 158 Z';
    shape(pen, path, downward(pen, [30, 160], [palette.tips, palette.hair]), lineOf(palette), 9);
  },
};

const SLEEVE = 'M210 1230 C146 1110 122 990 132 884 Q176 864 226 884 C240 960 290 1030 352 1080 L352 1230 Z';
const HAND = 'M140 884 C118 836 116 800 134 776 L120 700 Q120 680 136 680 Q150 680 154 700 L164 758'
  + ' L166 676 Q168 658 184 658 Q200 658 200 678 L200 758 L216 690 Q222 674 236 680 Q250 686 246 704 L232 776'
  + ' L256 748 Q270 736 281 747 Q290 758 280 772 C252 812 244 850 224 886 Q180 868 140 884 Z';

/** @type {Layer} */
const arm = {
  box: [90, 640, 280, 600],
  paint(pen, palette) {
    const line = darker(palette.outfit, 0.6);
    shape(pen, HAND, downward(pen, [660, 890], [palette.skin, mix(palette.skin, '#ff9c8a', 0.2)]),
      darker(palette.skin, 0.62), 10);
    stroke(pen, 'M160 800 Q186 784 214 800', fade(darker(palette.skin, 0.4), 0.4), 5);
    shape(pen, SLEEVE, downward(pen, [880, 1110], [lighter(palette.outfit, 0.16), palette.outfit]), line, 12);
    within(pen, SLEEVE, () => {
      stroke(pen, 'M128 892 Q178 872 232 892', palette.trim, 34);
      stroke(pen, 'M126 930 Q178 906 240 928', palette.accent, 14);
    });
    stroke(pen, 'M132 884 Q176 864 226 884', line, 5);
  },
};

/** Every still part by name. */
export const LAYERS = { hairBack, earLeft, earRight, body, head, lockLeft, lockRight, bangs, ahoge, arm };

/** @typedef {keyof typeof LAYERS} LayerName */

/**
 * Paint all parts.
 *
 * @param {Palette} palette
 * @param {number} scale Pixels per puppet unit.
 * @returns {Record<LayerName, HTMLCanvasElement>}
 */
export function paintLayers(palette, scale) {
  const painted = /** @type {Record<LayerName, HTMLCanvasElement>} */ ({});
  for (const name of /** @type {LayerName[]} */ (Object.keys(LAYERS))) {
    const [x, y, width, height] = LAYERS[name].box;
    const canvas = document.createElement('canvas');
    canvas.width = Math.ceil(width * scale);
    canvas.height = Math.ceil(height * scale);
    const pen = canvas.getContext('2d');
    if (pen) {
      pen.scale(scale, scale);
      pen.translate(-x, -y);
      LAYERS[name].paint(pen, palette);
    }
    painted[name] = canvas;
  }
  return painted;
}
