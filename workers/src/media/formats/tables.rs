//! The Huffman tables of a JPEG: which are there, and whether each scan has those it names. A decoder may have tables of its
//! own for missing ones, but then others cannot show the file.

#[derive(Default)]
pub(super) struct Tables {
    /// A bit a table: 0 to 3 for coefficients that are averages, 4 to 7 for the others.
    defined: u8,
    is_progressive: bool,
    pub(super) is_any_missing: bool,
}

impl Tables {
    pub(super) fn segment(&mut self, marker: u8, data: &[u8]) {
        match marker {
            0xc4 => self.define(data),
            0xda => self.scan(data),
            0xc2 | 0xc6 => self.is_progressive = true,
            _ => {}
        }
    }

    /// One segment may define several: a byte that names the table, sixteen counts, and as many values as they add up to.
    fn define(&mut self, mut data: &[u8]) {
        while let Some((&[name], rest)) = data.split_first_chunk::<1>()
            && let Some((counts, rest)) = rest.split_first_chunk::<16>()
        {
            let values = counts.iter().map(|count| usize::from(*count)).sum();
            self.defined |= bit(name >> 4, name & 0xf);
            data = rest.get(values..).unwrap_or_default();
        }
    }

    /// How many parts, then two bytes for each, then the first coefficient, the last, and which bits of them.
    fn scan(&mut self, data: &[u8]) {
        let parts = usize::from(data.first().copied().unwrap_or_default()) * 2;
        let (parts, rest) = (data.get(1..=parts), data.get(parts + 1..));
        let (Some(parts), Some(&[first, _, bits])) = (parts, rest) else {
            self.is_any_missing = true;
            return;
        };
        let has_averages = !self.is_progressive || (first == 0 && bits >> 4 == 0);
        let has_others = !self.is_progressive || first > 0;
        for part in parts.as_chunks::<2>().0 {
            let named = |is_needed, kind, name| if is_needed { bit(kind, name) } else { 0 };
            let needed = named(has_averages, 0, part[1] >> 4) | named(has_others, 1, part[1] & 0xf);
            self.is_any_missing |= needed & !self.defined != 0;
        }
    }
}

/// Of a table that cannot be there: none.
fn bit(kind: u8, name: u8) -> u8 {
    1_u8.checked_shl(u32::from(kind) * 4 + u32::from(name))
        .unwrap_or_default()
}
