//! The plots of the page, as SVG.

use std::fmt::Write as _;

use super::page::number;
use super::rows::{Report, Row};

pub(super) struct Picture {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) svg: String,
}

const OURS: &str = "#1a7f5a";
const WORSE: &str = "#c2410c";
const COLOURS: [&str; 6] = [OURS, WORSE, "#1d4ed8", "#7c3aed", "#a16207", "#0e7490"];

/// Those for which there are rows.
pub(super) fn all(report: &Report) -> Vec<Picture> {
    let mut all = Vec::new();
    let compared: Vec<&Row> = report
        .rows
        .iter()
        .filter(|row| row.theirs.is_some())
        .collect();
    if !compared.is_empty() {
        all.push(Picture {
            name: "ratios",
            title: "Ratios of ours to the baseline of the same run",
            svg: ratios(&compared),
        });
    }
    for (name, title, unit, axes) in [
        (
            "throughput",
            "Requests a second by tasks",
            "requests a second",
            "requests a second, by tasks",
        ),
        (
            "growth",
            "Processor time by size",
            "ms",
            "milliseconds, by size; dashed: linear",
        ),
        (
            "building",
            "Build time by operations",
            "s of processor time",
            "seconds of processor time, by operations; dashed: linear",
        ),
    ] {
        let curves = curves(report, name, unit);
        if !curves.is_empty() {
            let svg = lines(axes, &curves, name != "throughput");
            all.push(Picture { name, title, svg });
        }
    }
    all
}

/// A name, and points in the order of their sizes.
type Curve = (String, Vec<(f64, f64)>);

/// The curves of a table, and those of what they are compared with.
fn curves(report: &Report, table: &str, unit: &str) -> Vec<Curve> {
    let mut curves: Vec<Curve> = Vec::new();
    let mut add = |name: String, point| match curves.iter_mut().find(|curve| curve.0 == name) {
        Some((_, points)) => points.push(point),
        None => curves.push((name, vec![point])),
    };
    // A difference of two times may come out below 0, where the logarithm ends.
    for row in report
        .of(table)
        .filter(|row| row.unit == unit && row.ours > 0.0)
    {
        let Some(size) = row.size else { continue };
        add(row.name.clone(), (size as f64, row.ours));
        if let (Some(against), Some(theirs)) = (&row.against, row.theirs) {
            add(format!("{}, {against}", row.name), (size as f64, theirs));
        }
    }
    curves
}

/// Curves over a logarithmic axis of sizes. If both axes are, a line shows what is linear; otherwise the other begins at 0.
fn lines(title: &str, curves: &[Curve], logarithmic: bool) -> String {
    let points = || curves.iter().flat_map(|(_, points)| points);
    let span = |of: fn(&(f64, f64)) -> f64| {
        let values = points().map(of);
        values.fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), value| {
            (low.min(value), high.max(value))
        })
    };
    let ((left, right), (low, high)) = (span(|point| point.0), span(|point| point.1));
    let share = |value: f64, low: f64, high: f64| (value / low).ln() / (high / low).ln();
    let x = |size: f64| 70.0 + 400.0 * share(size, left, right);
    let y = |value: f64| match logarithmic {
        true => 300.0 - 250.0 * share(value, low, high),
        false => 300.0 - 250.0 * value / high,
    };
    let mut svg =
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 340\" {HEAD}");
    let _ = writeln!(
        svg,
        "<text x=\"20\" y=\"24\">{title}</text><path d=\"M70 40V300H480\" fill=\"none\" stroke=\"#333\"/>"
    );
    let mut sizes: Vec<f64> = points().map(|point| point.0).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    for size in sizes {
        let (x, label) = (x(size), number(size));
        let _ = writeln!(
            svg,
            "<text x=\"{x:.0}\" y=\"318\" text-anchor=\"middle\">{label}</text>"
        );
    }
    let ticks: Vec<f64> = match logarithmic {
        true => (low.log10().ceil() as i32..=high.log10().floor() as i32)
            .map(|power| 10_f64.powi(power))
            .collect(),
        false => (0..=4).map(|step| high * f64::from(step) / 4.0).collect(),
    };
    for value in ticks {
        let (y, label) = (y(value) + 4.0, number(value));
        let _ = writeln!(
            svg,
            "<text x=\"64\" y=\"{y:.0}\" text-anchor=\"end\">{label}</text>"
        );
    }
    for (index, (name, points)) in curves.iter().enumerate() {
        let colour = COLOURS[index % COLOURS.len()];
        let path: Vec<_> = points
            .iter()
            .map(|point| format!("{:.1} {:.1}", x(point.0), y(point.1)))
            .collect();
        let label = 60 + 20 * index;
        let _ = writeln!(
            svg,
            "<path d=\"M{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <text x=\"500\" y=\"{label}\" fill=\"{colour}\">{name}</text>",
            path.join("L")
        );
    }
    if logarithmic {
        // Through the first point of the first curve, as far as the picture goes.
        let (size, value) = curves[0].1[0];
        let end = right.min(size * high / value);
        let _ = writeln!(
            svg,
            "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"#999\" stroke-dasharray=\"4 3\"/>",
            x(size),
            y(value),
            x(end),
            y(value * end / size)
        );
    }
    svg += "</svg>\n";
    svg
}

const HEAD: &str = "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";

/// A bar for each row, and a line where both are the same.
fn ratios(rows: &[&Row]) -> String {
    const LEFT: f64 = 400.0;
    const UNIT: f64 = 220.0;
    let height = 50 + 20 * rows.len();
    let mut svg =
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 {height}\" {HEAD}");
    svg += "<text x=\"10\" y=\"20\">ours in relation to theirs, of the same run; at the line both are the same</text>\n";
    for (index, row) in rows.iter().enumerate() {
        let ratio = row.ratio().unwrap_or_default();
        let y = 38 + 20 * index;
        let name = format!("{}: {}, {}", row.table, row.name, row.unit);
        let against = row.against.as_deref().unwrap_or_default();
        let more_is_better = row.unit.ends_with("a second");
        let colour = match (ratio > 1.005, ratio < 0.995, more_is_better) {
            (true, _, false) | (_, true, true) => WORSE,
            _ => OURS,
        };
        let width = UNIT * ratio.min(1.5);
        let _ = writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"{}\" text-anchor=\"end\" font-size=\"11\">{name} / {against}</text>\
             <rect x=\"{LEFT}\" y=\"{y}\" width=\"{width:.1}\" height=\"14\" fill=\"{colour}\"/>\
             <text x=\"{:.0}\" y=\"{}\" font-size=\"11\">{ratio:.2}</text>",
            LEFT - 6.0,
            y + 11,
            LEFT + width + 5.0,
            y + 11
        );
    }
    let x = LEFT + UNIT;
    let _ = writeln!(
        svg,
        "<path d=\"M{x} 32V{}\" stroke=\"#333\" stroke-dasharray=\"4 3\"/>\n</svg>",
        height - 8
    );
    svg
}
