// The fields of the form, each with its label, what it wants, and what is amiss with it where something is.

import type { Child } from "hono/jsx";
import type { Fault } from "./contract-of.ts";

export type Faults = readonly Fault[];

type Told = { readonly name: string; readonly faults: Faults };

type LineProps = Told & {
  readonly label: string;
  readonly value: string;
  readonly hint?: string;
  readonly digits?: boolean;
  readonly kind?: "text" | "date";
  readonly isFixed?: boolean;
};

/** A line of text, or of digits. */
export function Line({ name, faults, label, value, hint, digits = false, kind = "text", isFixed = false }: LineProps) {
  return (
    <label>
      <span>
        {label}
        {hint !== undefined && <small>{` ${hint}`}</small>}
      </span>
      <input
        type={kind}
        id={name}
        name={name}
        value={value}
        readonly={isFixed}
        {...(digits ? { inputmode: "decimal" as const } : {})}
        {...marked({ name, faults })}
      />
      <FaultNote name={name} faults={faults} />
    </label>
  );
}

/** Lines of text. */
export function Lines({ name, faults, label, value, hint }: Omit<LineProps, "digits" | "kind">) {
  return (
    <label>
      <span>
        {label}
        {hint !== undefined && <small>{` ${hint}`}</small>}
      </span>
      <textarea id={name} name={name} rows={2} spellcheck={false} {...marked({ name, faults })}>
        {value}
      </textarea>
      <FaultNote name={name} faults={faults} />
    </label>
  );
}

export type Option = { readonly value: string; readonly says: string };

type ChoiceProps = Told & {
  readonly label: string;
  readonly value: string;
  readonly options: readonly Option[];
  readonly id?: string;
};

/** One of several. */
export function Choice({ name, faults, label, value, options, id = name }: ChoiceProps) {
  return (
    <label>
      <span>{label}</span>
      <select id={id} name={name} {...marked({ name, faults })}>
        {options.map((option) => (
          <option value={option.value} selected={option.value === value}>
            {option.says}
          </option>
        ))}
      </select>
      {id === name && <FaultNote name={name} faults={faults} />}
    </label>
  );
}

type TicksProps = Told & {
  readonly legend: string;
  readonly options: readonly Option[];
  readonly ticked: readonly string[];
};

/** Any of several. */
export function Ticks({ name, faults, legend, options, ticked }: TicksProps) {
  return (
    <fieldset class="ticks" id={name}>
      <legend>{legend}</legend>
      {options.map(({ value, says }) => (
        <label>
          <input type="checkbox" name={name} value={value} checked={ticked.includes(value)} /> {says}
        </label>
      ))}
      <FaultNote name={name} faults={faults} />
    </fieldset>
  );
}

/** A section of the form under its number. */
export function Step(props: { readonly id: string; readonly title: string; readonly children: Child }) {
  return (
    <section class="step" aria-labelledby={`${props.id}-title`} id={props.id}>
      <h2 id={`${props.id}-title`}>{props.title}</h2>
      {props.children}
    </section>
  );
}

/** What is amiss at a field. */
export function FaultNote({ name, faults }: Told) {
  const found = faults.filter(({ field }) => field === name);
  if (found.length === 0) return null;
  return (
    <small class="fault" id={`${name}-fault`}>
      {found.map(({ says }) => says.replaceAll("`", "")).join("; ")}
    </small>
  );
}

function marked({ name, faults }: Told) {
  if (!faults.some(({ field }) => field === name)) return {};
  return { "aria-invalid": "true" as const, "aria-describedby": `${name}-fault` };
}
