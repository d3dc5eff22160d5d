import AWSWire
import Testing

@Suite("IPv4 addresses")
struct IPv4AddressTests {
    @Test(
        "an address is four decimal numbers",
        arguments: [
            ("10.0.0.1", true), ("255.255.255.255", true), ("0.0.0.0", true), ("10.0.0", false), ("10.0.0.256", false),
            ("10.0.0.01", false), ("10.0.0.+1", false), ("10.0.0.1.", false), ("", false), ("::1", false),
        ])
    func parsing(text: String, isValid: Bool) {
        #expect((IPv4Address(text) != nil) == isValid)
        if isValid { #expect(IPv4Address(text)?.description == text) }
    }

    @Test(
        "a range holds the addresses with its prefix",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("0.0.0.0/0", "11.0.0.1", true),
            ("10.1.2.3/32", "10.1.2.3", true), ("10.1.2.3/32", "10.1.2.4", false), ("10.1.2.3/24", "10.1.2.4", true),
        ])
    func ranges(range: String, address: String, isInside: Bool) throws {
        #expect(try #require(IPv4Range(range)).contains(#require(IPv4Address(address))) == isInside)
    }

    @Test(
        "what is no range", arguments: ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "a/8"])
    func noRange(text: String) {
        #expect(IPv4Range(text) == nil)
    }
}
