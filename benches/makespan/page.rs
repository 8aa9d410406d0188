//! What `docs/pacing.md` says, and its picture.

use std::fmt::Write as _;
use std::time::Duration;

use crate::Result;
use crate::window::{Row, TASKS};

/// Of the best possible time.
const TARGET: f64 = 1.02;
/// Of our requests, beside somebody who takes half of the quota.
const REFUSED: f64 = 0.03;

pub(crate) fn report(rows: &[Row], period: Duration, command: &str) -> Result<(String, bool)> {
    let mut text = String::new();
    let mut met = true;
    let mut mark = |ok: bool| {
        met &= ok;
        if ok { "" } else { " ✗" }
    };
    writeln!(text, "# Pacing\n")?;
    writeln!(
        text,
        "A limit that headers tell is kept without a refusal, if its windows are fixed, it does not change and nobody else uses the credentials. One that no header tells is \
         learnt from one to three refusals if it is 20 requests a second for an endpoint or for the credentials, and from dozens, up to \
         a fifth of the first few hundred calls, if it is another one or several endpoints begin at once; a call that \
         meets one waits and keeps its place. No refused call is sent again before the time that the server asks for, and, once it is known what is \
         counted together, none waits for a limit that is not its own.\n"
    )?;
    writeln!(
        text,
        "`{command}`, and what is simulated by `cargo bench -p configcat-management-limiter -- --docs`\n\nA quota of Q calls in {period:?}, N = 5 Q calls from {TASKS} tasks, against `configcat-fake` in the \
         same process. The best possible time is four periods, what Q calls take unthrottled, and one round trip. The \
         targets: {TARGET} times that and not one 429 where nobody else uses the credentials; beside another client, which takes \
         half of every quota, all calls succeed and at most {:.0} % of our requests are refused.\n",
        REFUSED * 100.0
    )?;
    writeln!(text, "## Alone\n")?;
    writeln!(
        text,
        "| Q | server's clock | best | ours | ratio | 429 | naive | ratio | 429 |"
    )?;
    writeln!(
        text,
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    )?;
    for row in rows {
        for (run, clock) in row.alone.iter().zip(["ours", "0.4 s ahead", "1 h behind"]) {
            let ratio = run.took / row.best;
            let naive = match clock {
                "ours" => format!(
                    "{:.2} s | {:.3} | {}",
                    row.naive.took,
                    row.naive.took / row.best,
                    row.naive.refused()
                ),
                _ => " | |".to_string(),
            };
            writeln!(
                text,
                "| {} | {clock} | {:.2} s | {:.2} s | {ratio:.3}{} | {}{} | {naive} |",
                row.quota,
                row.best,
                run.took,
                mark(ratio <= TARGET),
                run.refused(),
                mark(run.refused() == 0 && run.failed == 0),
            )?;
        }
    }
    writeln!(text, "\n## Beside another client that ignores the limit\n")?;
    writeln!(
        text,
        "| Q | calls | succeeded | took | refused of ours | share | refused of theirs |\n| ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    )?;
    for row in rows {
        let run = &row.contested;
        let share = run.refused() as f64 / run.answers.len() as f64;
        writeln!(
            text,
            "| {} | {} | {}{} | {:.2} s | {} of {} | {:.1} %{} | {} of {} |",
            row.quota,
            5 * row.quota,
            run.successes(),
            mark(run.failed == 0 && run.successes() == 5 * row.quota),
            run.took,
            run.refused(),
            run.answers.len(),
            share * 100.0,
            mark(share <= REFUSED),
            row.other.1,
            row.other.0,
        )?;
    }
    Ok((text, met))
}

/// Answers over time: successes add up, refusals are marks.
pub(crate) fn plot(row: &Row) -> Result<String> {
    const COLOURS: [&str; 2] = ["#1a7f5a", "#c2410c"];
    let runs = [("ours", &row.alone[0]), ("retry on 429", &row.naive)];
    let longest = runs.iter().map(|(_, run)| run.took).fold(0.0, f64::max);
    let n = 5 * row.quota;
    let x = |at: f64| 60.0 + at / longest * 560.0;
    let y = |count: usize| 300.0 - count as f64 / n as f64 * 250.0;
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 660 380\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"660\" height=\"380\" fill=\"#fff\"/>\n",
    );
    writeln!(
        svg,
        "<path d=\"M60 40V300H630\" fill=\"none\" stroke=\"#333\"/>"
    )?;
    writeln!(
        svg,
        "<text x=\"60\" y=\"28\">successes of {n} calls, quota {}</text>",
        row.quota
    )?;
    writeln!(
        svg,
        "<text x=\"625\" y=\"332\" text-anchor=\"end\">seconds</text>"
    )?;
    for tick in 0..=5 {
        let at = longest / 5.0 * f64::from(tick);
        let count = n / 5 * tick as usize;
        writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"316\" text-anchor=\"middle\">{at:.0}</text>",
            x(at)
        )?;
        writeln!(
            svg,
            "<text x=\"54\" y=\"{:.0}\" text-anchor=\"end\">{count}</text>",
            y(count) + 4.0
        )?;
    }
    for (i, ((name, run), colour)) in runs.iter().zip(COLOURS).enumerate() {
        let mut count = 0;
        let mut path = format!("M{:.1} {:.1}", x(0.0), y(0));
        let mut marks = String::new();
        for &(at, ok) in &run.answers {
            if ok {
                write!(path, "H{:.1}", x(at))?;
                count += 1;
                write!(path, "V{:.1}", y(count))?;
            } else {
                let (x, y) = (x(at), y(count));
                write!(marks, "M{:.1} {:.1}l6 6m0 -6l-6 6", x - 3.0, y - 3.0)?;
            }
        }
        writeln!(
            svg,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.8\"/>"
        )?;
        writeln!(
            svg,
            "<path d=\"{marks}\" fill=\"none\" stroke=\"{colour}\"/>"
        )?;
        writeln!(
            svg,
            "<text x=\"60\" y=\"{}\" fill=\"{colour}\">{name}: {:.1} s, {} refused{}</text>",
            350 + 18 * i,
            run.took,
            run.refused(),
            if run.refused() > 0 { " (×)" } else { "" }
        )?;
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}
