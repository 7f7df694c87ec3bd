// Which partition of Watchfire an event belongs to. Needs nothing but Go.
//
//	go run partition.go customer.7 16          prints the number of the partition
//	go run partition.go --check vectors.json   computes the test vectors
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Partition of the label's value, 0 to count - 1: CRC-16/XMODEM of its UTF-8 bytes, modulo count.
func Partition(value string, count int) int {
	var crc uint16
	for _, b := range []byte(value) {
		crc ^= uint16(b) << 8
		for bit := 0; bit < 8; bit++ {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return int(crc) % count
}

// Stream to which a producer adds the event: XADD {wf.7}:events * data <the event as JSON>.
func Stream(value string, count int, namespace string) string {
	return fmt.Sprintf("{%s.%d}:events", namespace, Partition(value, count))
}

func check(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var rows []map[string]any
	if err := json.Unmarshal(text, &rows); err != nil {
		return err
	}
	wrong := 0
	for _, row := range rows {
		value := row["value"].(string)
		for name, due := range row {
			count, err := strconv.Atoi(strings.TrimPrefix(name, "of_"))
			if err != nil {
				continue
			}
			if found := Partition(value, count); found != int(due.(float64)) {
				wrong++
				fmt.Fprintf(os.Stderr, "%q of %d: %d instead of %v\n", value, count, found, due)
			}
		}
	}
	fmt.Printf("go: %d values, %d wrong\n", len(rows), wrong)
	if wrong > 0 || len(rows) == 0 {
		return fmt.Errorf("%d wrong", wrong)
	}
	return nil
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "partition VALUE COUNT, or partition --check FILE")
		os.Exit(2)
	}
	if os.Args[1] == "--check" {
		if err := check(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	count, err := strconv.Atoi(os.Args[2])
	if err != nil || count < 1 {
		fmt.Fprintln(os.Stderr, "COUNT must be a whole number from 1 on")
		os.Exit(2)
	}
	fmt.Println(Partition(os.Args[1], count))
}
