import { useState, type FormEvent } from "react";

import { signIn } from "./api";

export function SignIn({ onSignedIn }: { onSignedIn: (token: string) => void }) {
  const [problem, setProblem] = useState("");

  async function submit(submitted: FormEvent<HTMLFormElement>) {
    submitted.preventDefault();
    const form = new FormData(submitted.currentTarget);
    try {
      onSignedIn(await signIn(String(form.get("username")), String(form.get("password"))));
    } catch (error) {
      setProblem((error as Error).message);
    }
  }

  return (
    <form className="card sign-in" onSubmit={submit}>
      <label>
        Name
        <input name="username" autoComplete="username" required />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
      {problem && <p role="alert">{problem}</p>}
      <button>Sign in</button>
    </form>
  );
}
