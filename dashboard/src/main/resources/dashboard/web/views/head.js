// The head of the page: the connection, and the figures.
import { connectionText } from "../state/connection.js";
import { $ } from "./dom.js";

export function headView({ words, countText, rateText, valueText }) {
  return {
    paintConnection(connection) {
      $("connection").className = `pill ${connection.state}`;
      $("connection-text").textContent = connectionText(connection, words);
    },

    paintFigures({ rate, commitMs, online, devices }) {
      $("online-box").hidden = devices === 0;
      $("online").textContent = `${countText(online)} / ${countText(devices)}`;
      $("rate").textContent = rateText(rate);
      if (commitMs !== null) {
        $("commit-box").hidden = false;
        $("commit").textContent = `${valueText(commitMs)} ms`;
      }
    },
  };
}
