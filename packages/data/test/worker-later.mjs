// What the tests have workers compute, slowly; and what no worker should do.
const table = new Float32Array(4);

export default async function later(element) {
  if (element === "exit") process.exit();
  if (element === "table") return table;
  await new Promise((resolve) => setTimeout(resolve, 50));
  return element;
}
