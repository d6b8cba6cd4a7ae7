//! Tests of the whole: the real binary over stdin and stdout, the guide that is built into it, the
//! documentation, and the rules that the sources keep.

mod architecture;
mod bad_input;
mod checking;
mod client;
mod code_actions;
mod command_line;
mod conduct;
mod content;
mod crashes;
mod dependencies;
mod documentation;
mod editors;
mod faults;
mod hinting;
mod hovering;
mod importing;
mod lifecycle;
mod opening;
mod order;
mod own_guide;
mod packages;
mod positions;
mod progress;
mod retrieval;
mod searching;
mod settings;
