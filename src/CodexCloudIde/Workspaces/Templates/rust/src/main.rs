use std::{env, fs, process};

fn main() {
    let path = env::args().nth(1).unwrap_or_else(|| {
        eprintln!("usage: wordcount FILE");
        process::exit(2)
    });
    match fs::read_to_string(&path) {
        Ok(text) => {
            for (word, count) in wordcount::most_common(&text, 10) {
                println!("{count:6} {word}");
            }
        }
        Err(error) => {
            eprintln!("{path}: {error}");
            process::exit(1);
        }
    }
}
