// A provider that has gone silent looks like one that thinks: only the clock tells them apart. The SDKs' own timeout ends with the
// headers, and fetch would wait for the next byte for 300 seconds.

/** The code of a body's failure: no byte has come for too long. */
const SILENT = "SILENT";

/** The response; its body fails with the code `SILENT`, and its connection is closed, once no byte has come for so many milliseconds. */
export function breakOnSilence(response: Response, silenceMs: number): Response {
  if (response.body === null) return response;
  const reader = response.body.getReader();
  const watched = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await withinSilence(reader, silenceMs);
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  const { status, statusText, headers } = response;
  return new Response(watched, { status, statusText, headers });
}

function withinSilence(reader: ReadableStreamDefaultReader<Uint8Array>, silenceMs: number) {
  return new Promise<ReadableStreamReadResult<Uint8Array>>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(Object.assign(new Error("the provider has gone silent"), { code: SILENT }));
      void reader.cancel().catch(() => undefined);
    }, silenceMs);
    void reader
      .read()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
