const KEY = new TextEncoder().encode("emoaff.json");

/**
 * What an exported ONNX file says of itself.
 *
 * onnxruntime-web does not hand out a file's metadata_props, so they are read
 * from its bytes: the key, the tag of a protobuf's second field, a length, and
 * then JSON.
 */
export function readMetadata(bytes) {
  // It stands behind the weights.
  for (let at = bytes.length - KEY.length; at > 0; at--) {
    if (KEY.every((byte, i) => bytes[at + i] === byte)) {
      const tag = at + KEY.length;
      if (bytes[tag] === 0x12) {
        const [length, start] = number(bytes, tag + 1);
        const text = bytes.subarray(start, start + length);
        return JSON.parse(new TextDecoder().decode(text));
      }
    }
  }
  throw new Error("model.onnx was not exported by emoaff");
}

/** A protobuf's number: seven bits a byte, the lowest first. */
function number(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}
