//! What can be done to a form, whatever key or click it comes from.

/// One thing that a person does in a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// Type a character.
    Type(char),
    /// Paste text, which is as untrusted as the wire.
    Paste(String),
    /// Take away the character before the cursor.
    Erase,
    /// Take away the character under the cursor.
    EraseNext,
    /// Take away the word before the cursor.
    EraseWord,
    /// Take away the line.
    EraseLine,
    /// Take away what is behind the cursor.
    EraseRest,
    /// Take away the word after the cursor.
    EraseNextWord,
    /// Take back the last change of this line.
    Undo,
    /// One character to the left; in a choice, the choice before.
    Left,
    /// One character to the right, or take the completion; in a choice, the next.
    Right,
    /// One word to the left.
    WordLeft,
    /// One word to the right.
    WordRight,
    /// To the start of the line.
    Home,
    /// To the end of the line.
    End,
    /// The row or field above.
    Up,
    /// The row or field below.
    Down,
    /// The field before.
    Previous,
    /// The next field.
    Next,
    /// Move the row up.
    Raise,
    /// Move the row down.
    Lower,
    /// Take the row away.
    Remove,
    /// Done with this row or field; on a toggle, turn it over.
    Enter,
    /// Write the next completion.
    Complete,
}
