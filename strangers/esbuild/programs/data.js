export * from "@nabla/data";
