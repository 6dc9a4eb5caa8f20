// What connections that go the same way to the database know of each other. Data sources may share one.

interface LineClient {
  isUnheardSince(moment: number): boolean;
  giveUp(why: string): void;
}

export class DatabaseLine {
  private readonly clients = new Set<LineClient>();
  private isCut = false;

  add(client: LineClient): void {
    this.clients.add(client);
    // Once it has begun to connect: then whoever asked for it hears of the failure.
    if (this.isCut) process.nextTick(() => this.cut());
  }

  remove(client: LineClient): void {
    this.clients.delete(client);
  }

  /**
   * One has heard nothing since it asked at `moment`, in milliseconds of `performance.now`. All that have not been heard from since
   * are given up with it: otherwise each would be found by somebody who waits for it.
   */
  fellSilent(moment: number): void {
    for (const client of this.clients) {
      if (client.isUnheardSince(moment)) client.giveUp("the database does not answer");
    }
  }

  /** Breaks all connections, and each that is made from now on: nobody waits for the database any more. */
  cut(): void {
    this.isCut = true;
    for (const client of this.clients) client.giveUp("this process no longer waits for the database");
  }
}
