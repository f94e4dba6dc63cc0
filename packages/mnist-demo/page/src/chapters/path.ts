/** The `d` of an SVG path: straight lines from point to point. */
export function pathThrough(points: readonly (readonly [x: number, y: number])[]): string {
  const pairs = points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`);
  return pairs.length > 0 ? `M${pairs.join("L")}` : "";
}
