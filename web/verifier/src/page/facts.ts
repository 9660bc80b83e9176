/** Values out of a report, whatever stands in it: a text, a number, a list, or nothing. */

import { isObject, type Facts, type Json } from "../core/opening";

export const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");
export const numberOf = (value: Json | undefined): number => (typeof value === "number" ? value : 0);
export const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
export const textsOf = (value: Json | undefined): string[] => listOf(value).filter((each) => typeof each === "string");
export const numbersOf = (value: Json | undefined): number[] => listOf(value).filter((each) => typeof each === "number");
export const factsOf = (value: Json | undefined): Facts => (isObject(value) ? value : {});
export const allFacts = (value: Json | undefined): Facts[] => listOf(value).filter(isObject);

/** The values of a sentence: texts and numbers. */
export function valuesOf(value: Json | undefined): Record<string, string | number> {
  const kept = Object.entries(factsOf(value)).filter(
    (each): each is [string, string | number] => typeof each[1] === "string" || typeof each[1] === "number",
  );
  return Object.fromEntries(kept);
}

/** An ISO time for people, never cut: a space for the T, no fraction, `UTC` for the Z, a distance as it stands. */
export function iso(value: string): string {
  const [, day, clock, zone] = /^([^T]*)T([0-9:]+)(?:\.[0-9]+)?(.*)$/.exec(value) ?? [];
  if (day === undefined || clock === undefined) return value;
  return `${day} ${clock}${zone === "Z" ? " UTC" : zone === "" ? "" : ` ${zone}`}`;
}

/** A time as its source states it: by its value, else by its readings, else by its own characters. */
export function stated(value: Json | undefined): string {
  const { raw, value: read, readings } = factsOf(value);
  if (typeof read === "string") return iso(read);
  const several = textsOf(readings).map(iso).join(" / ");
  return several === "" ? textOf(raw) : `${textOf(raw)} (${several})`;
}
