/** `olderThan`, as commander names an option, as it is spelled: `older-than`. */
export function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
