import { csv, standardization, tableEncoder } from "@nabla/data";

const table = await csv({ text: "x,y\n1,2\n3,4\n" });
const inputs = tableEncoder(table, { target: "y" }).inputs(table);
export const standardized = standardization(inputs).forward(inputs).arraySync();
