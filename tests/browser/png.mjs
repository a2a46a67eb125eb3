// A browser writes its screenshots quickly, not small. A picture of a page has few colours: a palette makes it a third.
import { deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = 8;
const COLOURS = 256;
const INDEXED = 3;

/// The same picture (8 bits a channel, not interlaced, opaque: what browsers make) in 256 colours.
export function smaller(png) {
  const header = Buffer.from(png.subarray(SIGNATURE + 8, SIGNATURE + 21));
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = { 2: 3, 6: 4 }[header[9]];
  if (header[8] !== 8 || !channels || header[12] !== 0) return png;
  const stride = width * channels;
  const data = inflateSync(Buffer.concat(chunks(png).filter(({ type }) => type === "IDAT").map(({ body }) => body)));
  const plain = Buffer.alloc((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    const filter = data[y * (stride + 1)];
    const row = y * (stride + 1) + 1;
    for (let x = 0; x < stride; x++) {
      const left = x < channels ? 0 : plain[row + x - channels];
      const up = y === 0 ? 0 : plain[row + x - stride - 1];
      const corner = x < channels || y === 0 ? 0 : plain[row + x - channels - stride - 1];
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      plain[row + x] = data[row + x] + guess;
    }
  }
  const { palette, pixels } = indexed(plain, width, height, channels);
  header[9] = INDEXED;
  const body = [["IHDR", header], ["PLTE", palette], ["IDAT", deflateSync(pixels, { level: 9 })], ["IEND", Buffer.alloc(0)]];
  return Buffer.concat([png.subarray(0, SIGNATURE), ...body.map(([type, bytes]) => chunk(type, bytes))]);
}

/// Every pixel as the number of the nearest colour of the palette; each row begins with a 0, for "no filter".
function indexed(plain, width, height, channels) {
  const stride = width * channels + 1;
  const colours = Array.from({ length: width * height }, (_, pixel) => {
    const at = Math.floor(pixel / width) * stride + 1 + (pixel % width) * channels;
    return plain.readUIntBE(at, 3);
  });
  const counts = new Map();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const { palette, numbers } = chosen(counts);
  const pixels = Buffer.alloc((width + 1) * height);
  colours.forEach((colour, pixel) => {
    pixels[Math.floor(pixel / width) * (width + 1) + 1 + (pixel % width)] = numbers.get(colour);
  });
  return { palette: Buffer.from(palette.flatMap(parts)), pixels };
}

/// One colour after the other, always the one that is rendered worst so far; and for each colour the number of its nearest.
function chosen(counts) {
  const palette = [];
  const all = [...counts].map(([colour, count]) => ({ colour, count, number: 0, off: Infinity }));
  const badness = ({ count, off }) => count * off;
  while (palette.length < COLOURS) {
    const worst = all.reduce((one, other) => (badness(other) > badness(one) ? other : one));
    if (badness(worst) === 0) break;
    for (const one of all) {
      const off = distance(one.colour, worst.colour);
      if (off < one.off) [one.off, one.number] = [off, palette.length];
    }
    palette.push(worst.colour);
  }
  return { palette, numbers: new Map(all.map(({ colour, number }) => [colour, number])) };
}

const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];

const distance = (one, other) => {
  const [a, b] = [parts(one), parts(other)];
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
};

function paeth(left, up, corner) {
  const [l, u, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return l <= u && l <= c ? left : u <= c ? up : corner;
}

function chunks(png) {
  const found = [];
  for (let at = SIGNATURE; at < png.length; ) {
    const length = png.readUInt32BE(at);
    found.push({ type: png.toString("latin1", at + 4, at + 8), body: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return found;
}

// Node has one of its own only since 20.15.
function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function chunk(type, body) {
  const out = Buffer.alloc(body.length + 12);
  out.writeUInt32BE(body.length, 0);
  out.write(type, 4, "latin1");
  body.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, body.length + 8)), body.length + 8);
  return out;
}
