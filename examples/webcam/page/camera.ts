// The camera, and what is the matter where there is none.

const reasons: Readonly<Record<string, string>> = {
  NotAllowedError: "The page may not use the camera: permission was refused.",
  NotFoundError: "There is no camera on this machine.",
  NotReadableError: "The camera cannot be read: another program may be using it.",
};

/**
 * Turns the camera on, and shows it; throws what a reader can be told. `onEnd` hears it when the camera ends by
 * itself, unplugged or forbidden.
 */
export async function turnOn(
  video: HTMLVideoElement,
  onEnd: (message: string) => unknown,
): Promise<void> {
  // Undefined where a page comes neither from this machine nor by https.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new Error(`Cameras need https. ${instead}`);
  try {
    const wanted = { width: { ideal: 640 }, height: { ideal: 480 } };
    const stream = await devices.getUserMedia({ video: wanted });
    video.srcObject = stream;
    for (const track of stream.getTracks()) {
      track.addEventListener("ended", () => onEnd(`The camera has ended. ${instead}`));
    }
    await video.play();
  } catch (error) {
    turnOff(video);
    const { name, message } = error as Error;
    throw new Error(`${reasons[name] ?? `The camera does not start: ${message}.`} ${instead}`, {
      cause: error,
    });
  }
}

const instead = "Files will do, too.";

export function turnOff(video: HTMLVideoElement): void {
  const stream = video.srcObject;
  if (stream instanceof MediaStream) for (const track of stream.getTracks()) track.stop();
  video.srcObject = null;
}

/** The frame that is shown now; undefined before the first. */
export async function frameOf(video: HTMLVideoElement): Promise<ImageBitmap | undefined> {
  if (!video.srcObject || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return undefined;
  return createImageBitmap(video);
}
