import { Component, type ReactNode } from "react";

import { Notice } from "../parts/notice";

interface StumbleProps {
  /** Another page is tried anew. */
  page?: string;
  children: ReactNode;
}

/** Where a part of the page fails, says so in its place: without, all of it would be blank. */
export class Stumble extends Component<StumbleProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate({ page }: StumbleProps) {
    if (page !== this.props.page && this.state.failed) this.setState({ failed: false });
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Notice tone="bad">
        This part of the page has failed. What you have asked and set is on the server, and safe.{" "}
        <button type="button" className="link" onClick={() => this.setState({ failed: false })}>
          Try again
        </button>
      </Notice>
    );
  }
}
