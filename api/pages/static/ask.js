// What pages ask of the server.

// Requests that come with a session carry a token of that session; other requests need none.
export function csrf() {
  const value = document.querySelector("meta[name=csrf]")?.content;
  return value ? { "X-CSRF-Token": value } : {};
}

export async function ask(path, { method = "GET", body, form, tag, key, signal } = {}) {
  const headers = { Accept: "application/json", ...(method === "GET" ? {} : csrf()) };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (tag) headers["If-Match"] = tag;
  if (key) headers["Idempotency-Key"] = key;
  let reply, content;
  try {
    reply = await fetch(path, { method, headers, signal, body: form ?? (body && JSON.stringify(body)) });
    content = reply.status === 204 ? null : await reply.json();
  } catch (error) {
    // A proxy's page is no answer of the server, nor is half an answer.
    throw Object.assign(new Error(reply?.statusText || error.message), { status: reply?.ok === false ? reply.status : 0, cause: error });
  }
  if (!reply.ok) {
    const { detail, title, fix } = content;
    throw Object.assign(new Error(detail || title), { status: reply.status, fix });
  }
  return { content, tag: reply.headers.get("ETag") };
}
