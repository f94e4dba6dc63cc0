// Numbers as text.

/** All digits that tell a number from others, and the sign of 0, which `String` leaves out. */
export function exactText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
