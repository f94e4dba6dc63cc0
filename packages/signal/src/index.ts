/** Fourier transforms, windows and spectrograms of tensors, with gradients. */
export {};
