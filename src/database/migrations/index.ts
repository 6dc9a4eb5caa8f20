import { FirstTurn1795392000000 } from "./1795392000000-first-turn";
import { ToolsAndDelegation1795395600000 } from "./1795395600000-tools-and-delegation";
import { BillAndTrace1795399200000 } from "./1795399200000-bill-and-trace";
import { Usage1795402800000 } from "./1795402800000-usage";
import { Forgetting1795406400000 } from "./1795406400000-forgetting";
import { RingKeys1795410000000 } from "./1795410000000-ring-keys";

/** In the order in which they run. A migration that has been released is never edited. */
export const migrations = [
  FirstTurn1795392000000,
  ToolsAndDelegation1795395600000,
  BillAndTrace1795399200000,
  Usage1795402800000,
  Forgetting1795406400000,
  RingKeys1795410000000,
];
