/** Requests about series: the list of all series, one series or total by day, the reasons of one day. */

import { get, post } from "./service_client.js";

/** Every series with its forecast summed over `days`, and those that need attention. */
export const fetchSeriesList = (days) => get("page/overview", { days });

/** Sales, forecast and last year of one series or total, day by day. */
export const fetchDailySales = ({ store, item }) => get("page/sales", { store, item });

/** The parts of the forecast of one day of a series. */
export const fetchExplanation = ({ store, item }, date, signal) =>
  post("explain", { store, item, date }, signal);
