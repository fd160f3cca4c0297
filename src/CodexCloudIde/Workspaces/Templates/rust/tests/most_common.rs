use wordcount::most_common;

#[test]
fn ties_are_in_alphabetical_order() {
    assert_eq!(most_common("b a c a b", 2), vec![("a".to_string(), 2), ("b".to_string(), 2)]);
}
