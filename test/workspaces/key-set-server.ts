import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";

/** An identity provider: it publishes a key set and signs with the private halves. */
export interface KeySetServer {
  url: string;
  /** How often the key set was asked for. */
  readonly requests: number;
  /** Makes a key and publishes it beside the others. */
  addKey(algorithm: "RS256" | "ES256"): Promise<SigningKey>;
  /** What the set holds from now on. */
  publish(keys: JWK[]): void;
  /** Answers this in place of the key set; null: the key set again. */
  answerInstead(answer: { status: number; body: string } | null): void;
  close(): Promise<void>;
}

export interface SigningKey {
  /** As it is published. */
  jwk: JWK;
  sign(payload: JWTPayload): Promise<string>;
}

export async function startKeySetServer(): Promise<KeySetServer> {
  let keys: JWK[] = [];
  let instead: { status: number; body: string } | null = null;
  let requests = 0;
  const server: Server = createServer((_request, response) => {
    requests += 1;
    response.writeHead(instead?.status ?? 200, { "content-type": "application/json", connection: "close" });
    response.end(instead?.body ?? JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/keys`,
    get requests() {
      return requests;
    },
    async addKey(algorithm) {
      const { publicKey, privateKey } = await generateKeyPair(algorithm);
      const kid = `${algorithm}-${keys.length + 1}`;
      const jwk = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: "sig" };
      keys = [...keys, jwk];
      return {
        jwk,
        sign: (payload) => new SignJWT(payload).setProtectedHeader({ alg: algorithm, kid }).sign(privateKey),
      };
    },
    publish(published) {
      keys = published;
    },
    answerInstead(answer) {
      instead = answer;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
