/**
 * What becomes of a session's row when what was said in it is erased: route, usage, times and the bill stay. The digest of the
 * request goes too, because a short message can be guessed from it.
 */
export const ERASE_CONTENT = "prompt = '', text = '', tool_calls = '[]', request_hash = '', erased_at = now()";
