//! A queue that is served by unit of trust, turn by turn.

use std::collections::{HashMap, VecDeque};

/// Whoever has much in the line waits for himself, not the others for him.
pub struct FairLine<Item> {
    /// Units that have something in the line, the next one first.
    units: VecDeque<u64>,
    items: HashMap<u64, VecDeque<Item>>,
    len: usize,
}

impl<Item> FairLine<Item> {
    /// An empty line.
    pub fn new() -> FairLine<Item> {
        FairLine {
            units: VecDeque::new(),
            items: HashMap::new(),
            len: 0,
        }
    }

    /// Items of all units.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Puts an item behind those of its unit.
    pub fn push(&mut self, unit: u64, item: Item) {
        let line = self.items.entry(unit).or_default();
        if line.is_empty() {
            self.units.push_back(unit);
        }
        line.push_back(item);
        self.len += 1;
    }

    /// Takes the first item of the next unit.
    pub fn pop(&mut self) -> Option<Item> {
        let unit = self.units.pop_front()?;
        let line = self.items.get_mut(&unit)?;
        let item = line.pop_front()?;
        if line.is_empty() {
            self.items.remove(&unit);
        } else {
            self.units.push_back(unit);
        }
        self.len -= 1;
        Some(item)
    }

    /// Takes the last item for which `matches` holds out of the line of a unit.
    pub fn remove_last(&mut self, unit: u64, matches: impl Fn(&Item) -> bool) -> Option<Item> {
        let line = self.items.get_mut(&unit)?;
        let index = line.iter().rposition(matches)?;
        let item = line.remove(index)?;
        if line.is_empty() {
            self.items.remove(&unit);
            self.units.retain(|other| *other != unit);
        }
        self.len -= 1;
        Some(item)
    }

    /// How many items a unit has.
    pub fn count(&self, unit: u64) -> usize {
        self.items.get(&unit).map_or(0, VecDeque::len)
    }

    /// The unit with most items, and how many.
    pub fn longest(&self) -> Option<(u64, usize)> {
        self.items
            .iter()
            .map(|(unit, line)| (*unit, line.len()))
            .max_by_key(|(_, count)| *count)
    }
}

#[cfg(test)]
mod tests {
    use super::FairLine;

    #[test]
    fn serves_units_in_turn() {
        let mut line = FairLine::new();
        for item in ["a1", "a2", "a3"] {
            line.push(1, item);
        }
        line.push(2, "b1");
        line.push(3, "c1");
        line.push(2, "b2");
        let mut order = Vec::new();
        while let Some(item) = line.pop() {
            order.push(item);
        }
        assert_eq!(order, ["a1", "b1", "c1", "a2", "b2", "a3"]);
        assert!(line.is_empty());
    }

    #[test]
    fn gives_up_the_last_of_a_unit() {
        let mut line = FairLine::new();
        for item in [1, 2, 3, 4] {
            line.push(7, item);
        }
        line.push(8, 9);
        assert_eq!(line.longest(), Some((7, 4)));
        assert_eq!(line.remove_last(7, |item| item % 2 == 1), Some(3));
        assert_eq!(line.remove_last(7, |item| *item > 4), None);
        assert_eq!(line.remove_last(8, |_| true), Some(9));
        assert_eq!(line.len(), 3);
        assert_eq!(
            (line.pop(), line.pop(), line.pop(), line.pop()),
            (Some(1), Some(2), Some(4), None)
        );
    }
}
