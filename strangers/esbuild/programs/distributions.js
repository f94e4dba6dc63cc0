export * from "@nabla/distributions";
